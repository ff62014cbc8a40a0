"""These are the providers of models. A new one is a folder, and a line in this table."""

# A path names a function that makes the provider from the settings and the clock. It is imported when a worker first
# needs the provider.
PROVIDERS = {
    "simulated": "providers.models.simulated.direct:make",
    "simulated-remote": "providers.models.simulated.remote:make",
}
