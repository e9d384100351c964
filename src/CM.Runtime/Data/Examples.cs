using CM.Dsl;

namespace CM.Runtime;

/// <summary>Opens what an experiment names as its data.</summary>
internal static class Examples
{
    /// <summary>Opens a data source and checks it against the declared shape.</summary>
    /// <param name="source">The declared data.</param>
    /// <param name="shape">Shape of one example.</param>
    /// <param name="folder">The data folder, where the user named one.</param>
    /// <exception cref="UserError">Files are missing, damaged, or of another shape.</exception>
    public static IExamples Open(IDataSource source, long[] shape, string? folder)
    {
        var examples = source switch
        {
            IExamples own => own,
            IdxImages images => Open(images, shape, folder),
            _ => throw new UserError($"Data {source.GetType().Name}: a data source implements IExamples or derives from IdxImages."),
        };
        return examples.Count > 0 ? examples : throw new UserError($"Data {source.GetType().Name}: there are no examples in it.");
    }

    private static IdxExamples Open(IdxImages images, long[] shape, string? folder)
    {
        var path = DataFolder.Find(images.Images, folder);
        var file = IdxFile.Read(path);
        return shape.AsSpan().SequenceEqual([1, file.Height, file.Width])
            ? new IdxExamples(file)
            : throw new UserError(
                $"{path}: {file.Count} images of {file.Height}×{file.Width}, but {images.GetType().Name} declares [{string.Join(", ", shape)}]; "
                + $"declare [Shape(1, {file.Height}, {file.Width})] or name another folder with --data DIR.");
    }
}
