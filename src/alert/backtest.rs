//! What a rule would have done over stored samples.
