namespace CM.Driver;

/// <summary>Builds what is stale, one call of <c>cm</c> at a time.</summary>
/// <param name="workspace">The checkout.</param>
internal sealed class Builder(Workspace workspace)
{
    private const int MostErrors = 20;

    private readonly Freshness freshness = new(workspace);

    /// <summary>Builds a target in Release unless its last build had the same sources and the same torch package.</summary>
    public void Build(Target target)
    {
        using var alone = workspace.Lock();
        var torch = target.UsesTorch ? new TorchChoice(workspace).Package(Environment.GetEnvironmentVariable(TorchChoice.Variable)) : "";
        if (freshness.IsFresh(target, torch))
            return;
        Workspace.Say($"building {target.Project}{(target.UsesTorch ? $" with {torch}" : "")}");
        Target[] built = target == Target.Solution ? [target, .. Target.Programs] : [target];
        // Before the build: a file that changes meanwhile makes the target stale again.
        var fingerprints = built.Select(each => freshness.Fingerprint(each, torch)).ToList();
        Compile(target);
        foreach (var (each, fingerprint) in built.Zip(fingerprints))
            freshness.Keep(each, fingerprint);
    }

    private void Compile(Target target)
    {
        if (MSBuild.Run(workspace, "build.log", "build", target.Project, "-c", "Release") is not { } errors)
            return;
        foreach (var error in errors.Take(MostErrors))
            Console.Error.WriteLine(error);
        throw new UserError($"{target.Project} does not build (the whole log: .cm/build.log)");
    }
}
