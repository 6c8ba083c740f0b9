@NullMarked
package dev.postern.testkit.spi;

import org.jspecify.annotations.NullMarked;
