namespace CM.Runtime;

/// <summary>Numbers as people read them.</summary>
internal static class Numbers
{
    /// <summary>Four digits.</summary>
    public static string Short(double value) => value.ToString("G4");

    /// <summary>A count; where it depends on an axis that is open there is none.</summary>
    /// <param name="number">The count, below 0 where it is open.</param>
    public static string Count(long number) => number < 0 ? "depends" : $"{number:N0}";

    /// <summary>Minutes and seconds, hours where there are any.</summary>
    public static string Clock(TimeSpan time) =>
        time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time.Minutes:D2}:{time.Seconds:D2}" : $"{time.Minutes}:{time.Seconds:D2}";
}
