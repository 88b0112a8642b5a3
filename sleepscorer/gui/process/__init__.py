"""The process of the window: threads, garbage, errors nobody expected, its end."""
