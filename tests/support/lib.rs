//! What the story tests share: a street, its people, and the network between them.
