"""The PostgreSQL extensions that the register and the plans need."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """Trusted extensions: the database's owner may create them."""

    initial = True
    operations = [TrigramExtension(), BtreeGistExtension()]
