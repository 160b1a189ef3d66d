"""The tests, a directory a room and the ones that hold for the whole beside them."""
