"""Shapes of answers that every floor's API shares."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers


@extend_schema_serializer(many=False)
class Page(serializers.Serializer[Any]):
    """An object that holds its rows in `results`: without the mark above, the answer of a list would be described as
    a bare array of pages."""


class CursorPage(Page):
    """Some of many, and where the others are."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class HistorySerializer(serializers.Serializer[Any]):
    """One change, or one thing that happened: who, what, when, from where."""

    id = serializers.IntegerField()
    what = serializers.CharField()
    who = serializers.DictField()
    when = serializers.DateTimeField()
    from_where = serializers.CharField()
    changes = serializers.ListField(child=serializers.DictField())


class HistoryPage(Page):
    """What happened to a row."""

    results = HistorySerializer(many=True)
