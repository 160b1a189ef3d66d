"""The generated electorate."""
