"""Makes Darkroom's OpenAPI 3.1 document from the code that serves, and from the answers that it really gives."""

from collections import defaultdict

from tools.reference import wording
from tools.reference.components import Object, Schemas, request_headers, response_headers
from tools.reference.function_schemas import SCHEMAS
from tools.reference.functions import OPERATIONS
from tools.reference.operations import function_operation, responses, route_operation
from tools.reference.stage import Stage


def document() -> Object:
    """Return the document. It is the same for the same code, byte for byte."""
    routes = list(Stage().app.api.routes.values())
    schemas = Schemas(routes)
    paths: dict[str, Object] = defaultdict(dict)
    for route in routes:
        paths[route.path][route.method.lower()] = route_operation(route, schemas)
    for function in OPERATIONS:
        paths[function.path]["servers"] = wording.FUNCTION_SERVERS
        paths[function.path][function.method.lower()] = function_operation(function)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": wording.TITLE,
            "version": "1.0.0",
            "description": wording.DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": wording.SERVERS,
        "tags": [{"name": name, "description": each} for name, each in wording.TAGS.items()],
        "paths": _sorted(paths),
        "components": {
            "schemas": _sorted(schemas.components() | SCHEMAS),
            "parameters": _sorted(request_headers()),
            "headers": _sorted(response_headers()),
            "responses": responses(),
            "securitySchemes": wording.SECURITY_SCHEMES,
        },
    }


def _sorted(named: Object) -> Object:
    return dict(sorted(named.items()))
