package dev.postern.plugins.limits;

/**
 * What a client wants to send.
 *
 * @param admission what it needs
 * @param begins whether a statement begins; else it is COPY data of one that has begun
 * @param extended whether a refusal makes the server skip up to Sync
 * @param boundary the number of the answer that ends it
 * @param bytes how much is sent
 */
record Request(Admission admission, boolean begins, boolean extended, long boundary, long bytes) {}
