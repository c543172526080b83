# One place in so many of a list may go to a pairing that is less known: additive, with its default.

from django.db import migrations, models

import qiao.bridges.models


class Migration(migrations.Migration):

    dependencies = [
        ('bridges', '0002_requests_per_organisation'),
    ]

    operations = [
        migrations.AddField(
            model_name='matchingpolicy',
            name='one_try_in',
            field=models.PositiveSmallIntegerField(default=12, help_text='A try is a pairing slightly below the others, marked as such: without them the matcher learns only about what it already believes. 0 for none.', validators=[qiao.bridges.models.none_or_few], verbose_name='one place for a try in so many'),
        ),
    ]
