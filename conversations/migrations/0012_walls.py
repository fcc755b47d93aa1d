"""Row security on the tables of this floor."""

from django.db import migrations

from crm.core.masonry import Wall


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0011_media_as_it_is"),
        ("crm", "0009_walls"),
    ]

    operations = [
        Wall("conversations_channel"),
        Wall("conversations_channelhistory"),
        Wall("conversations_channelnotice"),
        Wall("conversations_consent"),
        Wall("conversations_conversation"),
        Wall("conversations_conversationhistory"),
        Wall("conversations_inbounddelivery"),
        Wall("conversations_inbounditem"),
        Wall("conversations_media"),
        Wall("conversations_message"),
        Wall("conversations_messagechange"),
        Wall("conversations_messagereceipt"),
        Wall("conversations_messagetemplate"),
    ]
