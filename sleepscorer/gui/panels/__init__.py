"""The tabs of the right dock."""
