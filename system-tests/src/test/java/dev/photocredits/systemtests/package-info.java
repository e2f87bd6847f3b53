/** Checks of the whole project: architecture, templates, build, and recorded events. */
@NullMarked
package dev.photocredits.systemtests;

import org.jspecify.annotations.NullMarked;
