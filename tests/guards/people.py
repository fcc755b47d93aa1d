"""Who comes in: passwords, second factors, keys, invitations, and what ends with whom."""

from tests.guards.guard import Guard

KEYS = "tests/crm/test_api_keys.py"
ROOMS = "tests/crm/test_workspaces.py"
LOCKED = "tests/crm/test_lock_out.py"
SECOND = "tests/crm/test_second_factor.py"
INVITED = "tests/crm/test_invitations.py"
MEMBERS = "tests/crm/test_members.py"
PROVING = "tests/crm/test_proving_again.py"
CONTACTS = "tests/crm/test_contacts_api.py"
SAME = "tests/crm/test_identities.py"
BROWSERS = "tests/crm/test_signed_in_browsers.py"

GUARDS = (
    Guard(
        "what shall stay empty in a merge",
        "who chose to keep a field empty would get the other lead's value",
        "leads/services/joining.py",
        "    return choice == LOSER or (not choice and is_empty)\n",
        ("tests/leads/test_duplicates.py::test_what_shall_stay_empty_stays_empty",),
        "    return choice == LOSER or is_empty\n",
    ),
    Guard(
        "what the other contact knew comes along",
        "a merge would hide what was written down of the one that goes",
        "crm/services/merging.py",
        "{key: value for key, value in loser.custom.items() if winner.custom.get(key) is None}",
        (f"{SAME}::test_what_the_other_contact_knew_comes_along_and_goes_back",),
        "{}",
    ),
    Guard(
        "what a merge filled goes back",
        "a merge that is undone would leave another person's values behind",
        "crm/services/merging.py",
        " if (key, value) not in filled}",
        (f"{SAME}::test_what_the_other_contact_knew_comes_along_and_goes_back",),
        "}",
    ),
    Guard(
        "a new contact's own fields",
        "what a program sends of a workspace's own fields would be lost without a word, or kept unchecked",
        "crm/services/contacts.py",
        '        custom=checked_custom(actor.workspace_id, "contact", custom or {}, {}, is_new=True),\n',
        (f"{CONTACTS}::test_a_new_contact_has_the_values_of_ones_own_fields",),
    ),
    Guard(
        "five wrong tries",
        "a password could be guessed for as long as one likes",
        "config/settings/topics/auth.py",
        '"login_failed": "10/m/ip,50/h/ip,5/5m/key"',
        (f"{LOCKED}::test_five_wrong_tries_of_an_account_stop_its_guesser",),
        '"login_failed": "1000/m/ip"',
    ),
    Guard(
        "a guesser locks out nobody else",
        "a stranger could lock a member out of their own account",
        "crm/views/sign_in.py",
        '        return f"{account}:{self.get_client_ip(request)}"\n',
        (f"{LOCKED}::test_the_owner_comes_in_from_elsewhere_all_the_while",),
        "        return str(account)\n",
    ),
    Guard(
        "a claimed address is not believed",
        "a guesser would have as many tries as they can make up addresses",
        "crm/core/clients.py",
        (
            "    if trusted_proxies and len(named) >= trusted_proxies:\n"
            "        return _plain(named[-trusted_proxies])\n"
        ),
        (
            f"{LOCKED}::test_a_claimed_address_is_not_believed_without_a_proxy_of_ours",
            "tests/config/test_limits.py::test_only_what_our_proxies_wrote_is_believed",
        ),
        "    if named:\n        return _plain(named[0])\n",
    ),
    Guard(
        "an address that asks for everything",
        "one machine could keep the API busy for all",
        "config/limits.py",
        "            if wait > 0:\n",
        ("tests/config/test_limits.py::test_a_program_waits_and_others_do_not",),
        "            if False:\n",
    ),
    Guard(
        "proving again before something delicate",
        "whoever finds an open browser could change passwords, keys and members",
        "crm/views/sign_in.py",
        "        return bool(time.time() - last >= account_settings.REAUTHENTICATION_TIMEOUT)\n",
        (f"{PROVING}::test_each_delicate_change_asks_first_and_changes_nothing",),
        "        return False\n",
    ),
    Guard(
        "ten wrong passwords when proving again",
        "whoever finds an open browser could guess the password there",
        "config/settings/topics/auth.py",
        '    "reauthenticate": "10/5m/user",\n',
        (f"{PROVING}::test_a_wrong_password_changes_nothing_and_ten_are_enough",),
        '    "reauthenticate": "1000/m/user",\n',
    ),
    Guard(
        "a code opens once",
        "a code that was read over a shoulder would open a second time",
        "crm/forms/sign_in.py",
        (
            '        if is_app and not cache.add(f"totp-used:{found.user_id}:{digits}", 1, '
            "timeout=CODE_LIVES):\n"
        ),
        (f"{SECOND}::test_a_code_opens_once_even_while_it_is_still_accepted",),
        "        if False:\n",
    ),
    Guard(
        "second factors are sealed",
        "whoever reads the database could make everybody's codes",
        "crm/views/sign_in.py",
        "        return sealing.seal(text)\n",
        (f"{SECOND}::test_secrets_are_sealed_in_the_database",),
        "        return text\n",
    ),
    Guard(
        "who manages needs a second factor",
        "an admin's password alone would open everything",
        "crm/policies.py",
        "    return bool(settings.REQUIRE_MFA_FOR_ADMINS) and (manages or is_operator)\n",
        (f"{SECOND}::test_an_admin_without_one_is_led_to_set_it_up",),
        "    return False\n",
    ),
    Guard(
        "operators need a second factor",
        "a superuser's password alone would open the admin of the whole installation",
        "crm/policies.py",
        "(manages or is_operator)",
        (f"{SECOND}::test_an_operator_without_one_is_led_to_set_it_up",),
        "manages",
    ),
    Guard(
        "a change of password ends other sessions",
        "whoever had got in would stay in",
        "crm/views/sign_in.py",
        '    services.end_sessions(user.pk, but=request.session.session_key or "")\n',
        (
            f"{BROWSERS}::test_a_new_password_ends_every_other_session",
            f"{SECOND}::test_a_new_factor_ends_other_sessions_and_is_told_by_mail",
        ),
        "    return\n",
    ),
    Guard(
        "one ends one's own sessions",
        "a member could sign others out",
        "crm/services/sessions.py",
        "UserSession.objects.filter(user_id=actor.user_id, pk=session_id).first()",
        (f"{BROWSERS}::test_nobody_ends_anothers_session",),
        "UserSession.objects.filter(pk=session_id).first()",
    ),
    Guard(
        "an API key is kept as a digest",
        "whoever reads the database could use every key",
        "crm/selectors/workspaces.py",
        "    return hashlib.sha256(key.encode()).hexdigest()\n",
        ("tests/crm/test_api_keys.py::test_the_database_holds_no_key_that_opens_anything",),
        "    return key[:64]\n",
    ),
    Guard(
        "a key ends with its date",
        "a key that was forgotten somewhere would open for ever",
        "crm/selectors/workspaces.py",
        "        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))\n",
        (f"{ROOMS}::test_a_key_dies_with_its_date_its_member_and_its_user",),
    ),
    Guard(
        "a key ends with its member",
        "who left could go on by a key",
        "crm/selectors/workspaces.py",
        "        .filter(membership__is_active=True, membership__user__is_active=True)\n",
        (f"{ROOMS}::test_a_key_dies_with_its_date_its_member_and_its_user",),
    ),
    Guard(
        "a revoked key",
        "a key that was revoked would go on opening",
        "crm/selectors/workspaces.py",
        "ApiKey.objects.filter(digest=digest_of(key), revoked_at__isnull=True)",
        (f"{ROOMS}::test_a_revoked_key_opens_nothing",),
        "ApiKey.objects.filter(digest=digest_of(key))",
    ),
    Guard(
        "a key's scopes",
        "a key made for reading could write",
        "crm/api/authentication.py",
        "        _narrow(request, frozenset(key.scopes))\n",
        (f"{KEYS}::test_a_key_does_what_it_was_made_for_and_hears_what_it_lacks",),
    ),
    Guard(
        "a key may no more than its member",
        "a member who was given a smaller role would keep the greater one by a key",
        "crm/core/permissions.py",
        "    return scopes if ANY in permissions else permissions & scopes\n",
        (f"{KEYS}::test_a_key_never_may_more_than_its_member",),
        "    return scopes\n",
    ),
    Guard(
        "nobody gives a scope they don't hold",
        "one could lift oneself by a key",
        "crm/services/keys.py",
        "    beyond = sorted(scope for scope in scopes if not actor.may(scope))\n",
        (f"{KEYS}::test_nobody_gives_a_scope_they_dont_hold",),
        "    beyond = []\n",
    ),
    Guard(
        "a key lives a year at most",
        "keys would live for ever",
        "crm/services/keys.py",
        "    if wanted > latest:\n",
        (f"{KEYS}::test_a_key_ends_after_a_year_unless_said_sooner_and_never_later",),
        "    if False:\n",
    ),
    Guard(
        "nobody gives a role above their own",
        "one could lift others, and through them oneself",
        "crm/policies.py",
        "    if not may_give_role(actor, role):\n",
        (
            f"{MEMBERS}::test_nobody_touches_or_becomes_what_is_above_them",
            f"{INVITED}::test_nobody_gives_a_role_above_their_own",
        ),
        "    if False:\n",
    ),
    Guard(
        "the last who manages members stays",
        "a workspace could lose the last person who can let others in",
        "crm/services/members.py",
        "        raise LastAdminError\n",
        (f"{MEMBERS}::test_the_last_who_manages_members_stays",),
        "        pass\n",
    ),
    Guard(
        "who is switched off is out at once",
        "who left would go on in an open browser",
        "crm/services/members.py",
        "        end_sessions(member.user_id)\n    _tell(actor, member)\n",
        (f"{MEMBERS}::test_who_is_switched_off_is_out_at_once_with_their_keys",),
        "    _tell(actor, member)\n",
    ),
    Guard(
        "an invitation works once",
        "a link that was forwarded would let a second person in",
        "crm/views/invitations.py",
        "    if found.state != Invitation.State.OPEN:\n",
        (
            f"{INVITED}::test_a_link_works_once",
            f"{INVITED}::test_an_expired_invitation_says_so_and_a_new_one_may_be_sent",
        ),
        "    if False:\n",
    ),
    Guard(
        "an invitation is for its address",
        "whoever gets hold of a link could join with another account",
        "crm/views/invitations.py",
        "    if request.user.email.lower() != found.email.lower():\n",
        (f"{INVITED}::test_nobody_joins_with_an_invitation_for_another_address",),
        "    if False:\n",
    ),
    Guard(
        "invitations have a pace",
        "somebody could write to the whole world through us",
        "crm/services/invitations.py",
        "    if asked.count() >= PER_HOUR:\n",
        (f"{INVITED}::test_invitations_have_a_pace",),
        "    if False:\n",
    ),
    Guard(
        "the demo's people outside the demo",
        "accounts whose passwords everybody knows would open",
        "crm/policies.py",
        "    return settings.DEMO or not email.lower().endswith(DEMO_DOMAIN)\n",
        ("tests/crm/test_sign_in.py::test_outside_the_demo_its_people_stay_out",),
        "    return True\n",
    ),
    Guard(
        "a long password",
        "a password of four letters would do",
        "config/settings/topics/auth.py",
        '"OPTIONS": {"min_length": 12}',
        ("tests/crm/test_sign_in.py::test_a_new_password_must_be_long",),
        '"OPTIONS": {"min_length": 1}',
    ),
    Guard(
        "who forgot a password is looked up later",
        "the answer, or how long it takes, would tell a stranger who has an account",
        "config/settings/topics/auth.py",
        '{"reset_password": "crm.forms.sign_in.ForgottenForm"}',
        ("tests/crm/test_sign_in.py::test_known_and_unknown_addresses_are_answered_alike",),
        "{}",
    ),
    Guard(
        "a number counts once it is confirmed",
        "a customer whose number somebody typed as their own would vanish from every inbox",
        "crm/selectors/workspaces.py",
        (
            ', user__phone=F("confirmed_phone"))\n'
            '    phones = rows.exclude(confirmed_phone="").values_list("confirmed_phone"'
        ),
        (
            "tests/conversations/test_ownership.py::"
            "test_a_number_somebody_only_typed_as_their_own_stays_a_customers",
        ),
        ')\n    phones = rows.exclude(user__phone="").values_list("user__phone"',
    ),
    Guard(
        "nobody is written to at an unconfirmed number",
        "a customer would be sent the names of others' leads",
        "crm/models/workspaces.py",
        'self.user.phone if self.user.phone == self.confirmed_phone else ""',
        (
            "tests/agents/floor/test_turn_effects.py::"
            "test_nobody_is_written_to_at_a_number_that_nobody_confirmed",
        ),
        "self.user.phone",
    ),
    Guard(
        "nobody signs up by themselves",
        "anybody could make an account",
        "crm/views/sign_in.py",
        '        """Never."""\n        return False\n',
        ("tests/crm/test_sign_in.py::test_nobody_signs_up",),
        '        """Never."""\n        return True\n',
    ),
)
