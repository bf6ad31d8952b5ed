// A site's own widgets: functions from a field to an element. The most special key wins: the payload's id with the path
// ("shop.LineFormSet.lines.qty", for each row), ui:widget, format, type.
export const widgets = new Map();
