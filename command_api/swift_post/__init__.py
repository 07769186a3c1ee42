"""The usual post, answered below FastAPI; everything else goes on to its route."""
