"The Django admin: no door beside the services' rules, and nothing to read that one could not read elsewhere."

from tests.guards.guard import Guard

PEOPLE = "tests/crm/test_admin_people.py"
SIGHT = "tests/crm/test_admin_sight.py"
RULES = "tests/crm/test_admin_rules.py"

GUARDS = (
    Guard(
        "nobody writes an address that nobody proved",
        "an admin could wait under somebody's address until another workspace invites it",
        "crm/admin/people.py",
        '    readonly_fields = ("email", ',
        (f"{PEOPLE}::test_nobody_writes_an_address_that_nobody_proved",),
        "    readonly_fields = (",
    ),
    Guard(
        "nobody is deleted from a workspace",
        "a member would go without a rule asked, and their trail with them",
        "crm/admin/rooms.py",
        "not self.is_kept and ",
        (f"{PEOPLE}::test_nobody_is_deleted_from_the_workspace",),
    ),
    Guard(
        "a role keeps somebody who manages",
        "one edit of a role could lock everybody out",
        "crm/services/roles.py",
        "    check_somebody_manages(actor)\n    _tell",
        (f"{PEOPLE}::test_a_role_keeps_somebody_who_manages_and_the_form_says_so",),
        "    _tell",
    ),
    Guard(
        "a role is no way above oneself",
        "who manages people only could tick everything for themselves",
        "crm/services/roles.py",
        "    policies.check_can_give_role(actor, row)\n",
        (f"{PEOPLE}::test_a_role_is_no_way_above_oneself",),
    ),
    Guard(
        "who is switched off in the admin is out at once",
        "their keys and browsers would only sleep, and wake with them",
        "crm/services/people.py",
        "        _end(actor, user)\n    return user\n",
        (f"{PEOPLE}::test_who_is_switched_off_here_comes_back_without_their_keys",),
        "        pass\n    return user\n",
    ),
    Guard(
        "members change in the admin by the services",
        "a member who comes back would have their old keys",
        "crm/admin/people.py",
        "            services.set_member_active(**which, is_active=obj.is_active)\n",
        (f"{PEOPLE}::test_who_is_switched_off_here_comes_back_without_their_keys",),
        "            super().save_model(request, obj, form, change)\n",
    ),
    Guard(
        "who keeps the settings does not read customers",
        "a role for settings alone would open every message, note and lead",
        "crm/admin/rooms.py",
        "(self.manages, *self.shows, *also)",
        (f"{SIGHT}::test_who_keeps_the_settings_does_not_read_customers",),
        "(self.manages, *also)",
    ),
    Guard(
        "rows of others are out of sight in the admin, too",
        "a rep who keeps the settings would read what colleagues talk about",
        "crm/admin/rooms.py",
        "        if not self.shows or actor.sight is Sight.ALL:\n",
        (f"{SIGHT}::test_rows_of_others_are_out_of_sight_here_too",),
        "        if actor:\n",
    ),
    Guard(
        "private folders are their owners' in the admin, too",
        "an admin would read what people keep for themselves",
        "conversations/admin.py",
        "        return rows.filter(pk__in=selectors.visible_folders(actor).order_by())\n",
        (f"{SIGHT}::test_private_folders_are_their_owners_however_far_one_sees",),
        "        return rows\n",
    ),
    Guard(
        "a password is changed by one door",
        "the admin's own page would let somebody guess the old password for as long as they like",
        "config/admin_site.py",
        "    def password_change(self,",
        ("tests/crm/test_admin.py::test_the_admin_has_no_door_of_its_own_for_passwords",),
        "    def another_password_change(self,",
    ),
    Guard(
        "a slot keeps its key and kind in the admin, too",
        "values that leads hold would belong to no slot, or be read as another kind",
        "leads/admin.py",
        '        return ("key", "kind") if obj else ()\n',
        (f"{RULES}::test_a_slot_keeps_its_key_and_kind_and_its_changes_are_told",),
        "        return ()\n",
    ),
    Guard(
        "labels are put away, not deleted",
        "a label would go from every conversation without a way back",
        "conversations/admin.py",
        (
            '    """Labels of the inbox; they are put away in the settings, and come back from there."""\n\n'
            "    is_kept = True\n"
        ),
        (f"{RULES}::test_what_others_point_at_is_not_deleted",),
    ),
    Guard(
        "a number in the admin is kept as it will come in",
        "whoever writes from it would be a second contact",
        "crm/admin/contacts.py",
        '{**given, "value": known.value,',
        (f"{RULES}::test_a_number_is_kept_as_it_will_come_in",),
        "{**given,",
    ),
    Guard(
        "nobody gets in the admin what somebody else is known by",
        "one person would be two contacts, by phone and by WhatsApp",
        "crm/admin/contacts.py",
        "        elif self._is_anothers(known):\n",
        (f"{RULES}::test_no_number_and_somebody_elses_are_refused",),
        "        elif False:\n",
    ),
    Guard(
        "a contact changes in the admin by the service",
        "the list of leads would show the old name",
        "crm/admin/contacts.py",
        "        services.change_contact(actor=actor, contact_id=obj.pk, changes=changes)\n",
        (f"{RULES}::test_another_name_of_a_contact_is_told_and_words_become_tags",),
        "        super().save_model(request, obj, form, change)\n",
    ),
    Guard(
        "a team goes from the admin by the service",
        "people would lose the rows of their team without a word",
        "crm/admin/people.py",
        "        services.remove_team(actor=self._named(request), team_id=obj.pk)\n",
        (f"{RULES}::test_a_team_with_people_stays_and_an_empty_one_can_be_put_back",),
        "        super().delete_model(request, obj)\n",
    ),
)
