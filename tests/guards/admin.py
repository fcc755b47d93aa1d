"The Django admin: no door beside the services' rules, and nothing to read that one could not read elsewhere."

from tests.guards.guard import Guard

PEOPLE = "tests/crm/test_admin_people.py"

GUARDS = (
    Guard(
        "nobody writes an address that nobody proved",
        "an admin could wait under somebody's address until another workspace invites it",
        "crm/admin.py",
        '    readonly_fields = ("email", ',
        (f"{PEOPLE}::test_nobody_writes_an_address_that_nobody_proved",),
        "    readonly_fields = (",
    ),
)
