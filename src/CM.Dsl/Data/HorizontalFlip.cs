namespace CM.Dsl;

/// <summary>
/// Shows every second image of an experiment, chosen by chance anew in each epoch, as in a mirror: left and right change places.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class HorizontalFlipAttribute : Attribute;
