"""From a folder of footage to arrays that training reads: verdicts, shards, tables, splits."""
