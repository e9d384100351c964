using CM.Dsl;

namespace CM.Runtime;

/// <summary>Pictures in a folder or a zip file as examples, decoded when they are needed.</summary>
internal sealed class PngExamples : IExamples
{
    private readonly FileSet files;
    private readonly IReadOnlyList<Picture> pictures;
    private readonly int channels;

    /// <summary>Looks at the size of each picture.</summary>
    /// <param name="set">The pictures.</param>
    /// <param name="shape">What was declared: channels, height, width.</param>
    /// <param name="source">Name of the declaration, for messages.</param>
    /// <exception cref="UserError">One is not as declared.</exception>
    public PngExamples(PictureSet set, long[] shape, string source)
    {
        (files, pictures) = (set.Files, set.Pictures);
        if (shape is not [1 or 3, _, _])
            throw new UserError($"Data {source}: pictures have a [Shape(channels, height, width)] with 1 or 3 channels, not [{string.Join(", ", shape)}].");
        channels = (int)shape[0];
        foreach (var picture in pictures)
            Check(Png.ReadHeader(files.Read(picture.File, Png.HeaderBytes), files.NameOf(picture.File)), files.NameOf(picture.File));

        void Check(PngHeader header, string name)
        {
            if (header.Height != shape[1] || header.Width != shape[2])
                throw new UserError(
                    $"{name}: {header.Height}×{header.Width} pixels, but {source} declares [{string.Join(", ", shape)}]; bring all to one size with: "
                    + ProgramName.Command("data", "prepare", files.Path, "OUT.zip", "--size", $"{shape[1]}"));
            if (channels == 1 && !header.IsGrey)
                throw new UserError($"{name}: a picture in colour, but {source} declares [{string.Join(", ", shape)}]; declare [Shape(3, {header.Height}, {header.Width})].");
        }
    }

    public int Count => pictures.Count;

    public void Read(int index, Span<float> values)
    {
        var file = pictures[index].File;
        var name = files.NameOf(file);
        var image = Png.Read(files.Read(file), name);
        var rgba = image.ToRgba();
        var size = rgba.Length / 4;
        if (values.Length != channels * size)
            throw new UserError($"{name}: has changed its size since the run began.");
        for (var pixel = 0; pixel < size; pixel++)
        {
            if (rgba[4 * pixel + 3] != ushort.MaxValue)
                throw new UserError($"{name}: has transparent pixels, which no training can see; put all on a background with: {ProgramName.Command("data", "prepare", files.Path, "OUT.zip", "--size", $"{image.Header.Height}")}");
            for (var channel = 0; channel < channels; channel++)
                values[channel * size + pixel] = (float)(rgba[4 * pixel + channel] / 32767.5 - 1);
        }
    }
}
