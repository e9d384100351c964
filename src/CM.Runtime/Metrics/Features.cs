namespace CM.Runtime;

/// <summary>Opens the network that judges the samples of an experiment.</summary>
internal static class Features
{
    /// <summary>Opens what the user named, else the classifier of the experiment.</summary>
    /// <param name="plan">The experiment.</param>
    /// <param name="file">File named by the user.</param>
    /// <param name="protocol">Rules of the evaluation, if the user named them.</param>
    /// <param name="device">Device.</param>
    /// <returns>Null for points in the plane, which are judged as they are.</returns>
    /// <exception cref="UserError">There is none, or it does not fit.</exception>
    public static FeatureNetwork? Open(ExperimentPlan plan, string? file, string? protocol, Device device)
    {
        if (file is null && protocol is not null)
            throw new UserError($"--protocol {protocol}: it is for the network of --features; name one, or leave it out.");
        if (plan.DataShape is [2])
            return file is null ? null : throw new UserError($"--features {file}: {plan.Name} makes points in the plane, "
                + "which are judged as they are; leave it out.");
        if (file is null)
            return plan.Evaluation?.Classifier is { } classifier
                ? TrainedClassifier.Open(classifier, device)
                : throw new UserError($"{plan.Name}: nothing says whose features judge its samples; declare [Evaluate<TClassifier>] on it, "
                    + "or name a network with --features FILE.");
        if (!File.Exists(file))
            throw new UserError($"--features {file}: there is no such file.");
        if (plan.DataShape is not [1 or 3, _, _])
            throw new UserError($"--features {file}: judges grey and RGB images, "
                + $"and {plan.Name} makes examples [{string.Join(", ", plan.DataShape)}].");
        var rules = Protocol.Find(protocol ?? "stylegan");
        return IsScript(file) ? ScriptFeatures.Open(file, rules, device) : OfWeights(file, rules, device);
    }

    private static Inception OfWeights(string file, Protocol protocol, Device device)
    {
        using var saved = SavedWeights.Open(file);
        return saved.Tensors.Any(tensor => tensor.Name == Inception.Mark)
            ? Inception.Open(file, protocol, saved.Tensors, device)
            : throw new UserError($"--features {file}: neither TorchScript nor weights of Inception ({Inception.Mark} is not in it).");
    }

    // TorchScript is a zip file with code in it; torch.save writes one without.
    private static bool IsScript(string file)
    {
        try
        {
            using var archive = System.IO.Compression.ZipFile.OpenRead(file);
            return archive.Entries.Any(entry => entry.FullName.EndsWith("/constants.pkl", StringComparison.Ordinal));
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
