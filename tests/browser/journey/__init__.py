"""The journey that everything serves, as its people live it: by the screens alone."""
