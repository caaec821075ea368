# Counts are derived: the table is made anew with its natural key, and filled by the next count.

import django.db.models.deletion
from django.db import migrations, models


def amount():
    return models.DecimalField(decimal_places=2, default=0, max_digits=18)


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0002_tables'),
        ('regions', '0002_tables'),
    ]

    operations = [
        migrations.DeleteModel(name='DailyCount'),
        migrations.CreateModel(
            name='DailyCount',
            fields=[
                ('pk', models.CompositePrimaryKey('year', 'region_id', 'on', blank=True, editable=False, primary_key=True, serialize=False)),
                ('year', models.PositiveSmallIntegerField()),
                ('on', models.DateField()),
                ('planned_communities', models.IntegerField(default=0)),
                ('planned_households', models.IntegerField(default=0)),
                ('planned_area', amount()),
                ('planned_amount', amount()),
                ('designed_communities', models.IntegerField(default=0)),
                ('designed_households', models.IntegerField(default=0)),
                ('started_communities', models.IntegerField(default=0)),
                ('started_households', models.IntegerField(default=0)),
                ('completed_communities', models.IntegerField(default=0)),
                ('completed_households', models.IntegerField(default=0)),
                ('accepted_communities', models.IntegerField(default=0)),
                ('accepted_households', models.IntegerField(default=0)),
                ('due_start_communities', models.IntegerField(default=0)),
                ('due_start_households', models.IntegerField(default=0)),
                ('due_completion_communities', models.IntegerField(default=0)),
                ('due_completion_households', models.IntegerField(default=0)),
                ('paid_amount', amount()),
                ('region', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.region')),
            ],
            options={
                'verbose_name': 'daily count',
                'verbose_name_plural': 'daily counts',
            },
        ),
    ]
