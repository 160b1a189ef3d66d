"""Names and texts as SQL writes them, whatever they hold: where a statement has no place for a parameter."""


def quoted(identifier: str) -> str:
    """Return ``identifier`` as an SQL identifier, whatever it holds."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: object) -> str:
    """Return a text, or a path, as an SQL string, whatever it holds."""
    return "'" + str(text).replace("'", "''") + "'"
