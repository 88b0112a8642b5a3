"""Long work beside the window, a module a job."""
