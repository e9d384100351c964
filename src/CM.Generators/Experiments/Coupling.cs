namespace CM.Generators.Experiments;

/// <summary>
/// How data and noise of a batch meet. In the generated step a coupling stands between drawing the two and the losses, where the locals
/// <c>data</c> and <c>noise</c> are at hand.
/// </summary>
internal abstract record Coupling(string Name)
{
    /// <summary>Statements that pair <c>data</c> with <c>noise</c>.</summary>
    public abstract IEnumerable<string> Statements { get; }

    /// <summary>The coupling of a type of CM.Dsl, or null if there is none.</summary>
    public static Coupling? Find(string fullName) => fullName == "CM.Dsl.Independent" ? new IndependentCoupling() : null;
}

/// <summary>Both stay as they were drawn.</summary>
internal sealed record IndependentCoupling() : Coupling("Independent")
{
    public override IEnumerable<string> Statements => [];
}
