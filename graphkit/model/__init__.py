"""The canonical tables and the words that every stage shares; imports no other stage."""
