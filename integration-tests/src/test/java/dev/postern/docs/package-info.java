/**
 * The documentation kept true: what its pages link to is there, what they show as configuration is
 * accepted, and the plugins of the author's guide compile and run.
 */
@NullMarked
package dev.postern.docs;

import org.jspecify.annotations.NullMarked;
