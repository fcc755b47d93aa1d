"""`{{ row.sentence|said }}`: a sentence a row keeps in English, in the reader's language."""

from django import template

from crm.core import told

register = template.Library()


@register.filter
def said(text: object) -> str:
    """Nothing stays nothing."""
    return told.said(str(text)) if text else ""
