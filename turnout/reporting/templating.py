"""The one way templates are rendered: escaped throughout, and an unknown name is an error."""

from jinja2 import Environment, PackageLoader, StrictUndefined


def environment() -> Environment:
    """Return a new environment on the package's own templates."""
    return Environment(
        loader=PackageLoader("turnout.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
