"""Row security on the tables of this floor."""

from django.db import migrations

from crm.core.masonry import Wall, WallByParents


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0005_turns_given_up"),
        ("crm", "0009_walls"),
        ("conversations", "0012_walls"),
    ]

    operations = [
        Wall("agents_agent"),
        Wall("agents_agenthistory"),
        Wall("agents_agentquestion"),
        Wall("agents_agentquestionhistory"),
        Wall("agents_agentsession"),
        Wall("agents_escalation"),
        Wall("agents_turn"),
        WallByParents("agents_agent_channels", {"agent_id": "agents_agent", "channel_id": "conversations_channel"}),
    ]
