"""Pages of works: projects, photos, plans, the entry grid."""
