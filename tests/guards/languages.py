"Everybody reads in their own language, on their own clock, and nobody in that of who came before."

from tests.guards.guard import Guard

READING = "crm/core/reading.py"
READ = "tests/crm/test_reading.py"
TELLING = "crm/core/told.py"
TOLD = "tests/crm/test_told.py"
SAID = "tests/crm/test_said_in_languages.py"

GUARDS = (
    Guard(
        "a choice goes before the browser",
        "who chose a language would be spoken to as a borrowed browser asks",
        "crm/middleware.py",
        'getattr(chosen, "language", "") or browsers',
        (f"{READ}::test_a_choice_goes_before_the_browser",),
        "browsers",
    ),
    Guard(
        "one's own clock",
        "who travels would read times of the office",
        "crm/middleware.py",
        'zone = getattr(chosen, "time_zone", "") or getattr(request.workspace, "time_zone", "")',
        (f"{READ}::test_the_clock_is_ones_own_else_the_workspaces",),
        'zone = getattr(request.workspace, "time_zone", "")',
    ),
    Guard(
        "afterwards all is as before",
        "the next request of the same worker would be answered in the language of the last one",
        READING,
        "    with override(tongue), timezone.override(ZoneInfo(zone) if zone in zones() else None):\n",
        (f"{READ}::test_afterwards_all_is_as_before",),
        (
            '    __import__("django.utils.translation").utils.translation.activate(tongue)\n'
            "    with timezone.override(ZoneInfo(zone) if zone in zones() else None):\n"
        ),
    ),
    Guard(
        "a zone that is no more",
        "whoever lives in a renamed zone would see no page at all",
        READING,
        "ZoneInfo(zone) if zone in zones() else None",
        (f"{READ}::test_a_zone_that_is_no_more_is_utc",),
        "ZoneInfo(zone) if zone else None",
    ),
    Guard(
        "the closest sentence",
        "a row would be told with half of its sentence left in English",
        TELLING,
        '    closest = max(found, key=len, default="")\n',
        (f"{TOLD}::test_the_closest_sentence_is_told",),
        '    closest = next(iter(found), "")\n',
    ),
    Guard(
        "a reason within a sentence",
        "a sentence would be told in one language and its reason in another",
        TELLING,
        'said(value) if name == "why" else value',
        (f"{TOLD}::test_a_reason_within_a_sentence_is_told_too",),
        "value",
    ),
    Guard(
        "a mail speaks its reader's language",
        "mails would come in the language of the worker",
        "crm/services/alert_mails.py",
        "    with override(alerts[0].user.language or alerts[0].workspace.language):\n",
        (f"{SAID}::test_a_mail_is_written_in_its_readers_language",),
        "    if alerts:\n",
    ),
    Guard(
        "the palette of a language",
        "what is offered would be offered in the language of whoever came first",
        "crm/panels.py",
        "key = (get_language(), actor.permissions, how_many_pages())",
        (f"{SAID}::test_each_language_has_a_palette_of_its_own",),
        "key = (actor.permissions, how_many_pages())",
    ),
)
