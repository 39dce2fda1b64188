"""A line of a diagnostic, and how one says that the data are silent."""

Line = tuple[str, str, str, str]
"""kind, text_es, text_en, source."""


def silent(kind: str, what_es: str, what_en: str, source: str) -> Line:
    """Nothing is known of `what`, and the line says so."""
    return kind, f"Sin datos: {what_es}.", f"No data: {what_en}.", source
