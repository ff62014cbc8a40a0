"""A demo database starts with feraset-imagen's options, prices and users, and with prompts to ask for."""

from dataclasses import dataclass

from domain.catalog.options import Color, Size, Style

MODEL_A = "Model A"
MODEL_B = "Model B"

STYLES = (
    Style(
        id="realistic",
        display_name="Realistic",
        description="Looks like a photograph: true light, true surfaces",
        sort_order=1,
    ),
    Style(
        id="anime",
        display_name="Anime",
        description="Clean lines, flat shades and large eyes, as in Japanese animation",
        sort_order=2,
    ),
    Style(
        id="oil_painting",
        display_name="Oil Painting",
        description="Thick strokes and deep shadows on canvas",
        sort_order=3,
    ),
    Style(
        id="sketch",
        display_name="Sketch",
        description="Pencil on paper, with the hatching left in",
        sort_order=4,
    ),
    Style(
        id="cyberpunk",
        display_name="Cyberpunk",
        description="Wet streets, neon signs and a future that went wrong",
        sort_order=5,
    ),
    Style(
        id="watercolor",
        display_name="Watercolor",
        description="Thin washes that run into each other and into the paper",
        sort_order=6,
    ),
)

COLORS = (
    Color(
        id="vibrant",
        display_name="Vibrant",
        description="Strong, saturated and loud",
        sort_order=1,
        hex_examples=("#FF6B6B", "#4ECDC4", "#45B7D1"),
    ),
    Color(
        id="monochrome",
        display_name="Monochrome",
        description="From black to white, and nothing else",
        sort_order=2,
        hex_examples=("#000000", "#808080", "#FFFFFF"),
    ),
    Color(
        id="pastel",
        display_name="Pastel",
        description="Light, milky and quiet",
        sort_order=3,
        hex_examples=("#FFB3BA", "#BAFFC9", "#BAE1FF"),
    ),
    Color(
        id="neon",
        display_name="Neon",
        description="Colours that seem to be lit from behind",
        sort_order=4,
        hex_examples=("#39FF14", "#FF073A", "#00FFFF"),
    ),
    Color(
        id="vintage",
        display_name="Vintage",
        description="The browns and creams of an old print",
        sort_order=5,
        hex_examples=("#D2B48C", "#CD853F", "#8B4513"),
    ),
)

SIZES = (
    Size(
        id="512x512",
        display_name="Square (512×512)",  # noqa: RUF001 - feraset-imagen writes it so
        description="For avatars, icons and first drafts",
        sort_order=1,
        width=512,
        height=512,
        aspect_ratio="1:1",
        credit_cost=1,
    ),
    Size(
        id="1024x1024",
        display_name="Large Square (1024×1024)",  # noqa: RUF001
        description="For posts and prints, with four times the detail",
        sort_order=2,
        width=1024,
        height=1024,
        aspect_ratio="1:1",
        credit_cost=3,
    ),
    Size(
        id="1024x1792",
        display_name="Portrait (1024×1792)",  # noqa: RUF001
        description="For posters, stories and phone screens",
        sort_order=3,
        width=1024,
        height=1792,
        aspect_ratio="9:16",
        credit_cost=4,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoUser:
    """`images` is larger than the number in the demo's history, because all users registered before that history
    begins.
    """

    id: str
    name: str
    credits: int
    images: int
    days_registered: int

    @property
    def email(self) -> str:
        return f"{self.id.replace('_', '.')}@example.com"


USERS = (
    DemoUser(id="arda", name="Arda Aydin", credits=500, images=47, days_registered=75),
    DemoUser(id="havanur", name="Havanur Demir", credits=5, images=23, days_registered=61),
    DemoUser(id="alex_designer", name="Alex Morgan", credits=8, images=156, days_registered=180),
    DemoUser(id="sarah_artist", name="Sarah Lindqvist", credits=42, images=89, days_registered=122),
    DemoUser(id="mike_creative", name="Mike Okafor", credits=3, images=234, days_registered=240),
    DemoUser(id="emma_photo", name="Emma Laurent", credits=67, images=78, days_registered=98),
    DemoUser(id="david_dev", name="David Park", credits=12, images=45, days_registered=54),
    DemoUser(id="lisa_marketing", name="Lisa Brandt", credits=28, images=167, days_registered=151),
    DemoUser(id="bot_spammer", name="Bo T. Spammer", credits=200, images=150, days_registered=38),
    DemoUser(id="new_enterprise", name="Northwind Enterprises", credits=1000, images=85, days_registered=41),
    DemoUser(id="promo_user1", name="Priya Nair", credits=50, images=25, days_registered=37),
    DemoUser(id="promo_user2", name="Tomás Rivera", credits=45, images=30, days_registered=37),
    DemoUser(id="viral_marketer", name="Vera Ral", credits=15, images=120, days_registered=44),
)

PROMPTS = (
    "A lighthouse keeper reading letters during a storm",
    "Two foxes sharing an umbrella on a tram platform",
    "The kitchen of a monastery at four in the morning",
    "A glass greenhouse on the far side of the Moon",
    "An old cartographer who has lost her own street",
    "A paper boat crossing a flooded library",
    "The night market of a town built on stilts",
    "A violin maker's bench covered in wood shavings",
    "A snow leopard asleep on a parked motorbike",
    "The last telephone box in the desert, ringing",
    "A family of robots at their first picnic",
    "An orchard where every tree carries lanterns",
    "A harbour seen through the porthole of a submarine",
    "The chess grandmaster's cat, one move ahead",
    "A bakery window on the morning after the festival",
)

ERRORS = (
    "Model processing timeout",
    "Insufficient GPU resources",
    "Content filter violation",
    "Model overload - please retry",
    "Network connection failed",
)
