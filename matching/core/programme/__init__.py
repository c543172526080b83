"""Which session is when and where: hard rules kept, and as little as can be against the rest."""
