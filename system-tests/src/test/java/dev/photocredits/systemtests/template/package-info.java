/** Tests of the CloudFormation templates: permissions, versions, alarms, dashboards. */
@NullMarked
package dev.photocredits.systemtests.template;

import org.jspecify.annotations.NullMarked;
