@NullMarked
package dev.postern.testkit;

import org.jspecify.annotations.NullMarked;
