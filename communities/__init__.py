"""Register: communities, buildings, households, owners."""
