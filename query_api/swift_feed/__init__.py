"""The home feed's usual pages, answered below FastAPI; everything else goes on to its route."""
