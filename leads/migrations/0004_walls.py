"""Row security on the tables of this floor."""

from django.db import migrations

from crm.core.masonry import Wall


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0003_index_status_and_score"),
        ("crm", "0009_walls"),
    ]

    operations = [
        Wall("leads_lead"),
        Wall("leads_leadhistory"),
        Wall("leads_leadsettings"),
        Wall("leads_leadsettingshistory"),
        Wall("leads_leadslot"),
        Wall("leads_leadslothistory"),
        Wall("leads_scorerule"),
        Wall("leads_scorerulehistory"),
        Wall("leads_scorerun"),
        Wall("leads_slot"),
        Wall("leads_slothistory"),
    ]
