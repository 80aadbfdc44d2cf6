"""Which dates a night need not make again: what stands on the same facts and the same rules is kept (decision 345)."""
