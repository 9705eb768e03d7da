"""A subscription widget and the bilingual help centre it lives in."""
