using CM.Dsl;

namespace CM.Runtime;

/// <summary>Image files in a folder or a zip file as examples, decoded when they are needed.</summary>
internal sealed class ImageExamples : IExamples
{
    private readonly FileSet files;
    private readonly IReadOnlyList<Picture> pictures;
    private readonly int channels;

    /// <summary>Looks at the size of each image.</summary>
    /// <param name="set">The images.</param>
    /// <param name="shape">The declared shape: channels, height, width.</param>
    /// <param name="source">Name of the declaration, for messages.</param>
    /// <exception cref="UserError">One is not as declared.</exception>
    public ImageExamples(PictureSet set, long[] shape, string source)
    {
        (files, pictures) = (set.Files, set.Pictures);
        if (shape is not [1 or 3, _, _])
            throw new UserError($"Data {source}: pictures have a [Shape(channels, height, width)] with 1 or 3 channels, "
                + $"not [{string.Join(", ", shape)}].");
        channels = (int)shape[0];
        foreach (var picture in pictures.Select(picture => picture.File))
        {
            var (name, header) = (files.NameOf(picture), Header(picture));
            if (header.Height != shape[1] || header.Width != shape[2])
                throw new UserError(
                    $"{name}: {header.Height}×{header.Width} pixels, but {source} declares [{string.Join(", ", shape)}]; "
                        + "bring all to one size with: "
                    + ProgramName.Command("data", "prepare", files.Path, "OUT.zip", "--size", $"{shape[1]}"));
            if (channels == 1 && !header.IsGrey && !ImageFile.Read(files.Read(picture), name).IsGrey)
                throw new UserError($"{name}: a picture in colour, but {source} declares [{string.Join(", ", shape)}]; declare [Shape(3, "
                    + $"{header.Height}, {header.Width})].");
        }
    }

    public int Count => pictures.Count;

    public void Read(int index, Span<float> values)
    {
        var file = pictures[index].File;
        var name = files.NameOf(file);
        var image = ImageFile.Read(files.Read(file), name);
        var size = image.Width * image.Height;
        if (values.Length != channels * size)
            throw new UserError($"{name}: has changed its size since the run began.");
        if (!image.IsOpaque)
            throw new UserError($"{name}: has transparent pixels, which no training can see; put all on a background with: "
                + $"{ProgramName.Command("data", "prepare", files.Path, "OUT.zip", "--size", $"{image.Height}")}");
        for (var channel = 0; channel < channels; channel++)
            for (var pixel = 0; pixel < size; pixel++)
                values[channel * size + pixel] = (float)(image.Pixels[4 * pixel + channel] / 127.5 - 1);
    }

    // The first bytes mostly suffice; of large sets the rest is not read before it is needed.
    private ImageHeader Header(string picture) =>
        ImageFile.TryReadHeader(files.Read(picture, ImageFile.HeaderBytes))
            ?? ImageFile.ReadHeader(files.Read(picture), files.NameOf(picture));
}
