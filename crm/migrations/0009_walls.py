"""Row security on the tables of this floor."""

from django.db import migrations

from crm.core.masonry import Wall, WallByParents


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0008_former_identities_and_merges"),
    ]

    operations = [
        Wall("crm_workspace", column="id"),
        Wall("crm_account"),
        Wall("crm_accounthistory"),
        Wall("crm_alert"),
        Wall("crm_apikey"),
        Wall("crm_apikeyhistory"),
        Wall("crm_contact"),
        Wall("crm_contacthistory"),
        Wall("crm_contactmerge"),
        Wall("crm_deadletternote"),
        Wall("crm_deadletternotehistory"),
        Wall("crm_replayrun"),
        Wall("crm_eventrecord"),
        Wall("crm_idempotencykey"),
        Wall("crm_identity"),
        Wall("crm_identityhistory"),
        Wall("crm_invitation"),
        Wall("crm_invitationhistory"),
        Wall("crm_membership"),
        Wall("crm_membershiphistory"),
        Wall("crm_role"),
        Wall("crm_rolehistory"),
        Wall("crm_team"),
        Wall("crm_teamhistory"),
        WallByParents("crm_membership_teams", {"membership_id": "crm_membership", "team_id": "crm_team"}),
        WallByParents("crm_invitation_teams", {"invitation_id": "crm_invitation", "team_id": "crm_team"}),
        WallByParents("crm_contact_accounts", {"contact_id": "crm_contact", "account_id": "crm_account"}),
    ]
