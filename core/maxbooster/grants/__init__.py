"""Grants: one object of an account, opened to another account or to whoever has a link, and nothing else.

A row stays in its owner's account. Whoever comes by a grant works in a unit of the owner's account that holds the
granted rights alone and reads nothing but the object and its parts; a route lets them in only if it says so, with the
parameter of its path that holds the object's id.
"""
