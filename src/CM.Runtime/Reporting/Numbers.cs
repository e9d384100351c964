namespace CM.Runtime;

/// <summary>Numbers as people read them.</summary>
internal static class Numbers
{
    /// <summary>Four digits.</summary>
    public static string Short(double value) => value.ToString("G4");

    /// <summary>Minutes and seconds, hours where there are any.</summary>
    public static string Clock(TimeSpan time) => time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time.Minutes:D2}:{time.Seconds:D2}" : $"{time.Minutes}:{time.Seconds:D2}";
}
